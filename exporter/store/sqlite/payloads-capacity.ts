/** Halves that may wait for their other half: by number, by bytes, and by time, since a response follows within the deadline of a call. */
export const PAYLOADS_CAPACITY = 10_000;
export const PAYLOAD_BYTES_CAPACITY = 268_435_456;
export const PAYLOAD_WAIT_SECONDS = 300;
