"""Where points and consumption live, and the instance's own memory."""
