/**
 * A type of the API's description in which some keys are known more closely. The description says of documents, of lines of dialog tests and of
 * whatever else bots define that they are objects, and no more.
 */
export type Narrowed<T, Known> = Omit<T, keyof Known> & Known;
