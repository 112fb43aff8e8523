"""The search language: text to tree, tree to SQL, and pages that stay put.

An entity (candidates, experiments, later others) needs two things to be searchable. `fields.Entity` is what the
language may say about it: attributes with their aliases and kinds, groups of keys (`metrics.<key>`), functions.
`binding.Binding` is where that is in SQL: a `slots.Slot` for each field. `parser.parse`, `order.parse_order`,
`compile.condition` and `page.read_page` do the rest and know no entity.
"""
