/** Header of the messages that a test sets off, so that it knows which it waits for. */
export const TEST_HEADER = "millrace-test";
