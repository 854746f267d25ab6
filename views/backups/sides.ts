/** What is compared: an archive, and another one or `live`. */
export interface Sides {
  readonly from: string;
  readonly to: string;
}
