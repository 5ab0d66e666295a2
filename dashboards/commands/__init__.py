"""The commands of `microville` that come in groups; `microville.py` holds the others and puts all together."""
