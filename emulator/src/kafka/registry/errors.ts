/** What the registry refuses, with its codes and words: https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html#errors */

/** The status is the code's beginning: 40401 is a 404. */
export class RegistryError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "RegistryError";
    this.code = code;
  }

  get status(): number {
    return Number(String(this.code).slice(0, 3));
  }
}

export const subjectNotFound = (subject: string): RegistryError =>
  new RegistryError(40401, `Subject '${subject}' not found.`);

export const versionNotFound = (version: number): RegistryError =>
  new RegistryError(40402, `Version ${version} not found.`);

export const schemaNotFound = (id?: number): RegistryError =>
  new RegistryError(40403, id === undefined ? "Schema not found" : `Schema ${id} not found`);

export const subjectSoftDeleted = (subject: string): RegistryError =>
  new RegistryError(
    40404,
    `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`,
  );

export const subjectNotSoftDeleted = (subject: string): RegistryError =>
  new RegistryError(
    40405,
    `Subject '${subject}' was not deleted first before being permanently deleted`,
  );

export const versionSoftDeleted = (subject: string, version: string): RegistryError =>
  new RegistryError(
    40406,
    `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`,
  );

export const versionNotSoftDeleted = (subject: string, version: number): RegistryError =>
  new RegistryError(
    40407,
    `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
  );

export const noSubjectCompatibility = (subject: string): RegistryError =>
  new RegistryError(
    40408,
    `Subject '${subject}' does not have subject-level compatibility configured`,
  );

export const noSubjectMode = (subject: string): RegistryError =>
  new RegistryError(40409, `Subject '${subject}' does not have subject-level mode configured`);

export const incompatible = (subject: string, messages: readonly string[]): RegistryError =>
  new RegistryError(
    409,
    `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${messages.join(", ")}]`,
  );

export const invalidSchema = (message: string): RegistryError => new RegistryError(42201, message);

export const invalidVersion = (version: string): RegistryError =>
  new RegistryError(
    42202,
    `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  );

export const invalidCompatibility = (): RegistryError =>
  new RegistryError(
    42203,
    "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive",
  );

export const invalidMode = (): RegistryError =>
  new RegistryError(42204, "Invalid mode. Valid values are READWRITE, READONLY, and IMPORT.");

export const notPermitted = (message: string): RegistryError => new RegistryError(42205, message);

export const referenceExists = (subject: string, version: number): RegistryError =>
  new RegistryError(
    42206,
    `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
  );

export const invalidSubject = (subject: string): RegistryError =>
  new RegistryError(42208, `The specified subject '${subject}' is not a valid.`);

export const schemaTooLarge = (): RegistryError =>
  new RegistryError(42209, "Register operation failed because schema is too large");

export const storeFull = (): RegistryError =>
  new RegistryError(50001, "Register schema operation failed while writing to the Kafka store");
