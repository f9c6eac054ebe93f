/** Of the fields of queries and variables, in steps of the grid: the longest label has an icon of help beside it. */
export const LABEL_WIDTH = 18;
