/** The same port, with some of its methods replaced. */
export const replacing = <T extends object>(real: T, methods: Partial<T>): T =>
  new Proxy(real, {
    get(target, property) {
      const own = Reflect.get(methods, property) as unknown;
      const member = own ?? Reflect.get(target, property);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
