import type { DescMessage, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';

/** What a handler knows of a call besides its message. */
export interface CallContext {
  /** The IP address of the caller. */
  peerAddress: string;
  /** The bytes that followed the message. */
  attachment: Buffer;
  /** Bytes that are to follow the answer (protocol 2.3). */
  replyAttachment?: Buffer;
}

type Method = { input: DescMessage; output: DescMessage };

/** Does the work of one method. */
export type Handler<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  call: CallContext,
) => MessageInitShape<O> | Promise<MessageInitShape<O>>;

/** Handlers for methods of a service, by the name of the method with a small first letter. */
export type Handlers<S extends DescService> = {
  [K in keyof S['method']]?: S['method'][K] extends Method
    ? Handler<S['method'][K]['input'], S['method'][K]['output']>
    : never;
};

/** A method that can be called. */
export interface BoundMethod {
  input: DescMessage;
  output: DescMessage;
  handle: Handler<DescMessage, DescMessage>;
}

/** The methods that a port serves, by full service name and method name. */
export class ServiceTable {
  readonly #services = new Map<string, Map<string, BoundMethod>>();

  /** Adds a service. A method without handler is unknown to callers. */
  add<S extends DescService>(service: S, handlers: Handlers<S>): this {
    const byName = handlers as Record<string, BoundMethod['handle'] | undefined>;
    const methods = this.#services.get(service.typeName) ?? new Map<string, BoundMethod>();
    for (const { name, localName, input, output } of service.methods) {
      const handle = byName[localName];
      if (handle) methods.set(name, { input, output, handle });
    }
    this.#services.set(service.typeName, methods);
    return this;
  }

  /** Finds a service by its full name, or by the short one that other clients use (protocol 2.2). */
  service(name: string): ReadonlyMap<string, BoundMethod> | undefined {
    const full = this.#services.get(name);
    if (full || name.includes('.')) return full;
    for (const [typeName, methods] of this.#services) if (typeName.endsWith(`.${name}`)) return methods;
    return undefined;
  }
}
