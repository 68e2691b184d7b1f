/** What is told to people as a Kubernetes event; a warning is also a page. */
export interface PolicyEvent {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, stable. */
  readonly reason: string;
  readonly action: string;
  readonly message: string;
}
