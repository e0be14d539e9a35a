declare module '*.vue' {
  const app: import('vue').Component;
  export default app;
}
