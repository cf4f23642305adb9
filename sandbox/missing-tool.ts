// The error that means "this machine lacks something", as against "something is broken": suites skip on it.

/** The message is one sentence that says what to install or which variable to set. */
export class MissingTool extends Error {
  override name = "MissingTool";
}
