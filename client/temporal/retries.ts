import {
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';

type Interceptors = NonNullable<ConnectionOptions['interceptors']>;
type Call = ReturnType<Interceptors[number]>;

/**
 * Tries again as Temporal's client does by itself, until the connection is closed. A try that waits for its turn meanwhile
 * would end the process then: gRPC throws "Channel has been shut down" where nobody catches it.
 */
export function retriesWhile(isOpen: () => boolean): Interceptors {
  const lastTry = (...[options, nextCall]: Parameters<Interceptors[number]>) =>
    isOpen() ? nextCall(options) : unanswered();
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), lastTry as Interceptors[number]];
}

/** Whoever made the call has gone. */
function unanswered(): Pick<Call, 'start' | 'sendMessage' | 'halfClose'> {
  const nothing = (): void => undefined;
  return { start: nothing, sendMessage: nothing, halfClose: nothing };
}
