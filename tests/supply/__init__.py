"""What the platform is made of that others wrote, under which licences, and that no secret is in it."""
