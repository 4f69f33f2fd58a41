"""/v1/call-list, /v1/me/notices and /v1/gateway/receipts."""
