"""The JSON interface: questions, answers, errors, and what may be asked of the running service."""
