/** What a message carries: its properties as the bytes they came as, read only when somebody looks, and its body. */
import {
  hasProperty,
  type Properties,
  type PropertyName,
  readProperties,
  writeProperties,
} from "./properties.ts";

export class Content {
  /** Flags and list of the properties, as in a header frame behind class, weight and size. */
  readonly header: Buffer;
  readonly body: Buffer;
  #properties: Properties | null = null;

  constructor(header: Buffer, body: Buffer) {
    this.header = header;
    this.body = body;
  }

  static of(properties: Properties, body: Buffer): Content {
    return new Content(writeProperties(properties), body);
  }

  /** Read once, when asked for. @throws {MalformedError} where the header was not checked when it came. */
  get properties(): Properties {
    return (this.#properties ??= readProperties(this.header));
  }

  /** Lets go of what was read, which takes much more room than its bytes: for what waits. */
  forget(): void {
    this.#properties = null;
  }

  /** Whether it has this property, without reading them. */
  has(name: PropertyName): boolean {
    return hasProperty(this.header, name);
  }

  /** The same with other properties; undefined removes one. */
  with(change: { readonly [Name in PropertyName]?: Properties[Name] | undefined }): Content {
    return new Content(writeProperties({ ...this.properties, ...change }), this.body);
  }
}
