import type { TensorMetadata } from '../models/open-inference/index.js';

/** In what the inputs of two models differ. */
export interface InputParity {
  readonly championOnly: readonly string[];
  readonly challengerOnly: readonly string[];
  /** Of the same name, with another datatype or shape. */
  readonly differing: readonly { readonly name: string; readonly champion: string; readonly challenger: string }[];
}

/** A challenger takes the champion's place unseen only if it takes the same inputs: names, datatypes, shapes; their order does not matter. */
export function compareInputs(champion: readonly TensorMetadata[], challenger: readonly TensorMetadata[]): InputParity {
  const others = new Map(challenger.map((input) => [input.name, input]));
  const own = new Set(champion.map(({ name }) => name));
  return {
    championOnly: champion.filter(({ name }) => !others.has(name)).map(({ name }) => name),
    challengerOnly: challenger.filter(({ name }) => !own.has(name)).map(({ name }) => name),
    differing: champion.flatMap((input) => {
      const other = others.get(input.name);
      const [a, b] = [described(input), other === undefined ? undefined : described(other)];
      return b === undefined || a === b ? [] : [{ name: input.name, champion: a, challenger: b }];
    }),
  };
}

export function isSame({ championOnly, challengerOnly, differing }: InputParity): boolean {
  return championOnly.length + challengerOnly.length + differing.length === 0;
}

function described({ datatype, shape }: TensorMetadata): string {
  return `${datatype} [${shape.map((dimension) => (dimension === -1 ? 'any' : dimension)).join(', ')}]`;
}
