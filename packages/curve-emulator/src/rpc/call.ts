import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { FaultAction } from '../faults/fault-rule.js';
import { type Frame, FrameError, type Reply } from './frame.js';
import { parseRequest, statusAnswer, statusOf } from './message-codec.js';
import type { LoggedCall } from './request-log.js';
import { RpcError, RpcErrorCode } from './rpc-error.js';
import type { BoundMethod, CallContext, ServiceTable } from './service.js';
import { StatusFailure } from './status-failure.js';

const nothing = new Uint8Array();

/** The service and method that a frame calls, by their full names. */
export function callee({ meta }: Frame): { service: string; method: string } {
  if (!meta.request?.serviceName || !meta.request.methodName) throw new FrameError('the frame is no request');
  return { service: meta.request.serviceName, method: meta.request.methodName };
}

/**
 * Does what a frame asks for, or what a fault puts in its place.
 *
 * @returns the reply; what fails is a reply too
 */
export async function answerCall(
  frame: Frame,
  {
    table,
    peerAddress,
    actions,
    log,
  }: {
    table: ServiceTable;
    peerAddress: string;
    actions: readonly FaultAction[];
    log: LoggedCall;
  },
): Promise<Reply> {
  const reply = { correlationId: frame.meta.correlationId, errorCode: 0, errorText: '' };
  try {
    const method = findMethod(table, log.service, log.method);
    const request = parseRequest(method.input, frame.message);
    log.message = { schema: method.input, value: request };
    const call: CallContext = { peerAddress, attachment: frame.attachment };
    const answer = injected(method, actions) ?? (await perform(method, request, call));
    const status = statusOf(answer);
    if (status !== undefined) log.status = status;
    return {
      ...reply,
      message: toBinary(method.output, answer),
      attachment: call.replyAttachment ?? nothing,
    };
  } catch (error) {
    const { code, message } =
      error instanceof RpcError ? error : new RpcError(RpcErrorCode.EINTERNAL, String(error));
    return { ...reply, errorCode: code, errorText: message, message: nothing, attachment: nothing };
  }
}

/** Calls a method without a connection, as a server of the same process does. */
export async function callMethod<I extends DescMessage, O extends DescMessage>(
  table: ServiceTable,
  { parent, name, input }: DescMethodUnary<I, O> & { parent: DescService },
  request: MessageInitShape<I>,
): Promise<{ answer: MessageShape<O>; attachment: Buffer }> {
  const call: CallContext = { peerAddress: '', attachment: Buffer.alloc(0) };
  const answer = await perform(findMethod(table, parent.typeName, name), create(input, request), call);
  return { answer: answer as MessageShape<O>, attachment: call.replyAttachment ?? Buffer.alloc(0) };
}

function findMethod(table: ServiceTable, service: string, name: string): BoundMethod {
  const methods = table.service(service);
  // Only a short name that nobody has is an unknown service to brpc (protocol 2.2).
  if (!methods && !service.includes('.'))
    throw new RpcError(RpcErrorCode.ENOSERVICE, `no service ${service}`);
  const method = methods?.get(name);
  if (!method) throw new RpcError(RpcErrorCode.ENOMETHOD, `no method ${name} of ${service}`);
  return method;
}

async function perform(method: BoundMethod, request: Message, call: CallContext): Promise<Message> {
  try {
    return create(method.output, await method.handle(request, call));
  } catch (error) {
    if (error instanceof StatusFailure) return statusAnswer(method.output, error.status);
    throw error;
  }
}

/** The answer that a fault gives instead of doing the work. */
function injected({ output }: BoundMethod, actions: readonly FaultAction[]): Message | undefined {
  for (const action of actions) {
    if (action.type === 'error') throw new RpcError(action.code, 'injected fault');
    if (action.type === 'status') return statusAnswer(output, action.status, action.redirect);
  }
  return undefined;
}
