"""The pages over HTTP. Each module has one blueprint, one gate guards all views, and the views are short."""
