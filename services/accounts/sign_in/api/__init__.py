"""/v1/sessions, /v1/me/password and /v1/me/devices."""
