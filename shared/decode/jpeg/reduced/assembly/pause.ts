/** Lets the program do other work. Is called after each row of MCUs or blocks. */
@external('decoder', 'pause')
export declare function pause(): void;
