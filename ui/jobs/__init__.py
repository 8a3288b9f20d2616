"""Adding articles as jobs that outlive the request, the page and the server."""
