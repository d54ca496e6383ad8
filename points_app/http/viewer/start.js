// Swagger UI on this server's own description; it loads nothing from anywhere else.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: true,
  filter: true,
  validatorUrl: null,
});
