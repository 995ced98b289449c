"""HTTP: one blueprint a module, one gate, short views."""
