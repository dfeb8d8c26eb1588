/** The report page's style sheet. Colours are told apart by people who do not see all of them, on light and on dark. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1c2330;--soft:#5d6676;--rule:#e3e6ec;--bad:#d1433f;--warn:#8a5a00;--warnback:#fff4dc;
--c0:#2f6fde;--c1:#e58a2b;--c2:#2b9e77;--c3:#9a5fd0;--c4:#d64f7f;--c5:#1f9fb5;--c6:#9aa3b2}
@media(prefers-color-scheme:dark){:root{--page:#11151c;--card:#1a202b;--ink:#e6eaf2;--soft:#98a2b5;--rule:#2c3442;--bad:#f0726c;--warn:#f1c66b;--warnback:#35290f;
--c0:#6a9bf4;--c1:#f0a65a;--c2:#4fc29a;--c3:#b98ae6;--c4:#ec7fa6;--c5:#4cc3d6;--c6:#7d8798}}
*{box-sizing:border-box}
body{margin:0;padding:28px 20px 48px;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
main{max-width:1180px;margin:0 auto}
h1{font-size:22px;margin:0 0 2px;font-weight:650}
h2{font-size:15px;margin:0 0 10px;font-weight:650}
.when{color:var(--soft);margin:0 0 20px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-bottom:14px}
.card,.chart,.notes{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:14px 16px}
.card b{display:block;font-size:21px;font-weight:650;font-variant-numeric:tabular-nums;white-space:nowrap}
.card span{color:var(--soft);font-size:12.5px}
.notes{background:var(--warnback);color:var(--warn);margin-bottom:14px;border-color:transparent}
.notes p{margin:2px 0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:14px;margin-bottom:14px}
.chart{min-width:0;overflow-x:auto}
svg{display:block;width:100%;height:auto}
.grid{stroke:var(--rule);stroke-width:1}
.tick{fill:var(--soft);font-size:11px;font-variant-numeric:tabular-nums}
.end{text-anchor:end}.middle{text-anchor:middle}
rect:hover,.spot:hover{opacity:.75}
.s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}.s5{--c:var(--c5)}.s6{--c:var(--c6)}.bad{--c:var(--bad)}
rect,.dot{fill:var(--c)}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.spot{fill:transparent}.spot:hover{fill:var(--c)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0 0;padding:0;color:var(--soft);font-size:12.5px}
.legend li{overflow-wrap:anywhere}
.swatch{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px;background:var(--c)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--soft);font-weight:500;font-size:12.5px}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
.full{grid-column:1/-1}
footer{color:var(--soft);font-size:12.5px}
@media print{body{background:#fff;padding:0}.card,.chart{break-inside:avoid}}
`;
