// Types of expand.mjs.
export declare function expand(text: string): unknown[];
