"""The search language: text to tree, tree to SQL, and pages that stay put."""
