/** The world moves in seconds. */
export const stepMs = 1000;
