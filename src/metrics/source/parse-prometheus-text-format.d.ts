declare module 'parse-prometheus-text-format' {
  interface ParsedFamily {
    readonly name: string;
    readonly metrics: readonly {
      readonly value?: string;
      readonly labels?: Readonly<Record<string, string>>;
    }[];
  }
  /** @throws InvalidLineError */
  export default function parsePrometheusTextFormat(text: string): ParsedFamily[];
}
