"""The FastStream half of the example: the same declarations as ../ts-service, broker by broker."""
