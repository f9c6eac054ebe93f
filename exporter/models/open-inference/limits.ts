/** Nesting that no message of the protocol needs. */
export const DEPTH_MAX = 32;
/** Tensors of one request or response. */
export const TENSORS_MAX = 1_024;
/** Dimensions of one tensor, so that nested data stays within the depth. */
export const DIMENSIONS_MAX = 24;
/** Elements of all tensors of a request together, where the caller sets no other limit. */
export const ELEMENTS_MAX = 16_777_216;
/** Characters of a name or an id. */
export const NAME_LENGTH_MAX = 256;
