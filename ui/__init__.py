"""The web page and the service: questions, evidence, collections; REST and MCP."""
