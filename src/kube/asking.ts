// Asks whether a request may go out, at the last moment: between a call and its first byte may lie a wait for a connection.
import type { Dispatcher } from "undici";

/** For `Dispatcher.compose`: `look` throws if the request is to be kept back; the connection stays as it is. */
export function asking(look: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        look();
        handler.onRequestStart?.(controller, context);
      },
      onResponseStart: (...head) => handler.onResponseStart?.(...head),
      onResponseData: (...chunk) => handler.onResponseData?.(...chunk),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...error) => handler.onResponseError?.(...error),
    });
}
