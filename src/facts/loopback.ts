/** Addresses of this machine: where plain HTTP without credentials may go, and nothing else. The one definition. */
export const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
