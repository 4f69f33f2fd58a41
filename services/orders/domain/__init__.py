"""The rules of asking, taking, serving and approving; pure."""
