"""The look of pages: light and dark after the reader's system, readable from 360 pixels on, printable."""

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --raised: #f4f5f7; --ink: #1c2024; --quiet: #565e68; --line: #d3d8de;
  --c0: #0067c0; --c1: #b34700; --c2: #00734c; --c3: #a3246f; --c4: #6b3fd0; --c5: #7a5c00; --good: #8a95a1; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --raised: #1f242a; --ink: #e8eaed; --quiet: #a8b0ba;
  --line: #3a424c; --c0: #5cb2ff; --c1: #ff9a4d; --c2: #3fd09a; --c3: #ff7fc4; --c4: #b49bff; --c5: #e6c35c;
  --good: #6b7683; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.25rem 0 .5rem; padding-top: .75rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1rem; line-height: 1.3; margin: 1.25rem 0 .4rem; }
p { margin: .4rem 0; max-width: 46rem; }
a { color: var(--c0); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: .75rem 0 0; }
nav a { display: inline-block; padding: .25rem 0; }
caption { font-weight: 600; color: var(--ink) !important; padding-top: .75rem; }
.quiet, figcaption, caption { color: var(--quiet); font-size: .875rem; }
code { font-family: ui-monospace, monospace; font-size: .875rem; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .5rem; margin: .75rem 0;
  padding: 0; }
.figures > div { background: var(--raised); border-radius: .5rem; padding: .6rem .8rem; }
.figures dt { color: var(--quiet); font-size: .875rem; }
.figures dd { margin: 0; }
.figures .value { font-size: 1.6rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
.limits { grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); }
.limits dd .quiet { display: block; }
.findings { margin: .5rem 0; padding-left: 1.25rem; max-width: 46rem; }
.findings li { margin: .25rem 0; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
caption { text-align: left; padding-bottom: .25rem; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: middle;
  font-weight: normal; }
thead th { font-weight: 600; color: var(--quiet); vertical-align: bottom; }
tbody th { min-width: 7rem; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
thead th.number { white-space: normal; }
td.number, th.number { padding-left: .4rem; }
figure { margin: .5rem 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: .75rem 1.25rem; }
.charts figure { min-width: 0; }
svg { display: block; width: 100%; height: auto; max-width: 30rem; }
svg.bar { width: 7.5rem; min-width: 6rem; display: inline-block; vertical-align: middle; }
svg text { font: 12px system-ui, sans-serif; fill: var(--quiet); }
.grid { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--quiet); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.l0 { stroke: var(--c0); } .l1 { stroke: var(--c1); stroke-dasharray: 5 3; } .l2 { stroke: var(--c2);
  stroke-dasharray: 2 3; } .l3 { stroke: var(--c3); stroke-dasharray: 8 3 2 3; } .l4 { stroke: var(--c4); }
.l5 { stroke: var(--c5); stroke-dasharray: 5 3; }
.f0 { fill: var(--c0); } .f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); }
.f4 { fill: var(--c4); } .f5 { fill: var(--c5); } .good { fill: var(--good); } .track { fill: var(--line); }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; margin: .3rem 0; padding: 0;
  font-size: .875rem; color: var(--quiet); }
.key svg { display: inline-block; width: 1.75rem; height: .75rem; vertical-align: middle; margin-right: .35rem; }
.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .5rem; }
.strip.still { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; }
.strip figure { margin: 0; min-width: 0; }
figure.scroll { margin: 0 0 1rem; }
figure.scroll img { width: 100%; min-width: 48rem; height: auto; display: block; }
.strip img { width: 100%; height: auto; display: block; border-radius: .25rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .35rem 0; color: var(--c0); }
.better { color: var(--c2); font-weight: 600; } .worse { color: var(--c1); font-weight: 600; }
caption span { display: inline-block; max-width: calc(100vw - 2.5rem); }
@media (max-width: 30rem) { svg.bar { width: 3.5rem; min-width: 3rem; } table { font-size: .85rem; }
  .limits { grid-template-columns: 1fr 1fr; }
  th, td { padding-right: .35rem; } tbody th { min-width: 5.5rem; } .number { white-space: normal; } }
@media print { nav, .skip { display: none; } section { break-inside: avoid-page; } }
"""
