/** One row in v2 JSON, with no check at all: what a server must do at the least. */
export interface RowRequest {
  readonly id: string;
  readonly values: readonly number[];
}

export interface RowScore {
  readonly label: bigint;
  readonly negative: number;
  readonly positive: number;
}

interface Body {
  readonly id: string;
  readonly inputs: readonly [{ readonly data: readonly number[] }];
}

export function readRow(body: Body): RowRequest {
  return { id: body.id, values: body.inputs[0].data };
}

export function parseRow(text: string): RowRequest {
  return readRow(JSON.parse(text) as Body);
}

export function renderScore(id: string, { label, negative, positive }: RowScore): string {
  return `{"model_name":"boosting","model_version":"1","id":"${id}","outputs":[{"name":"label","datatype":"INT64","shape":[1],"data":[${label}]},{"name":"probabilities","datatype":"FP32","shape":[1,2],"data":[${negative},${positive}]}]}`;
}
