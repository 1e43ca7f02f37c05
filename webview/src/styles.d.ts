/** The bundler takes stylesheets; the type checker only has to know that they are there. */
declare module "*.css";
