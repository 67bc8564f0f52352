// SPDX-License-Identifier: Apache-2.0

/// How the page looks: the system's fonts, light and dark, from the width of a phone on. A colour never stands alone; what it
/// says is written beside it.
enum PageStyle {
    static let sheet: HTMLText = """
        :root{color-scheme:light dark;--ground:#f4f6f9;--card:#fff;--ink:#1b2230;--soft:#566070;--line:#dfe3ea;--link:#1f5fa8;\
        --critical:#a3123a;--high:#d4551c;--medium:#dfa51f;--low:#4a86c5;--unknown:#8b93a1;--secrets:#7a3fb0;--fixable:#2f8f5b}
        @media (prefers-color-scheme:dark){:root{--ground:#12161d;--card:#1b212b;--ink:#e7ebf2;--soft:#a5aebd;--line:#303846;\
        --link:#8fbcf0;--critical:#e8436f;--high:#ee8247;--medium:#e6bb50;--low:#67a3e0;--unknown:#9aa3b2;--secrets:#b98be6;\
        --fixable:#55bd83}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
        body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        header,main,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
        header{padding-top:2rem}footer{padding-bottom:2rem;color:var(--soft);font-size:.87rem}
        h1{margin:0;font-size:1.75rem;line-height:1.2}h2{margin:0 0 .2rem;font-size:1.2rem}h3{margin:.6rem 0 .2rem;font-size:.95rem}
        p{margin:.3rem 0 .7rem}.lead{font-size:1.05rem;max-width:60rem}
        .note,small{color:var(--soft)}.note{font-size:.87rem;overflow-wrap:anywhere}
        code{font:.92em ui-monospace,"DejaVu Sans Mono",Menlo,monospace;overflow-wrap:anywhere}
        a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
        nav{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.8rem 0 0;font-size:.92rem}
        section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.1rem 1.3rem;margin:1rem 0}
        .tiles{display:grid;grid-template-columns:repeat(7,1fr);gap:.7rem;background:none;border:0;padding:0}
        .tile{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--tone);border-radius:10px;padding:.5rem .8rem}
        .tile b{display:block;font-size:1.75rem;line-height:1.25;font-variant-numeric:tabular-nums}.tile span{color:var(--soft)}
        .tile.none{border-top-color:var(--line)}.tile.none b{color:var(--soft);font-weight:400}
        .s-critical{--tone:var(--critical)}.s-high{--tone:var(--high)}.s-medium{--tone:var(--medium)}.s-low{--tone:var(--low)}
        .s-unknown{--tone:var(--unknown)}.s-secrets{--tone:var(--secrets)}.s-fixable{--tone:var(--fixable)}
        .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.87rem;color:var(--soft)}
        .legend i,.pill i{display:inline-block;width:.75em;height:.75em;border-radius:3px;background:var(--tone);margin-right:.45em}
        .bars,.findings{list-style:none;margin:0;padding:0}
        .bars li{display:grid;grid-template-columns:minmax(12rem,25rem) minmax(6rem,1fr) 15.5rem;column-gap:1.2rem;align-items:center;\
        grid-template-areas:"name bar count" "name bar words";padding:.5rem 0;border-top:1px solid var(--line)}
        .bars li:first-child,.findings li:first-child{border-top:0}
        .bars .name{grid-area:name;overflow-wrap:anywhere}.name small{display:block;line-height:1.35}
        .bars .bar{grid-area:bar}.bars .count{grid-area:count;font-variant-numeric:tabular-nums;line-height:1.3;align-self:end}
        .bars .words{grid-area:words;line-height:1.3;align-self:start}.version{color:var(--soft);font-size:.93em}
        .bars.slim li{grid-template-columns:8.5rem minmax(4rem,1fr) 9.5rem;padding:.35rem 0}
        .bar,.meter{display:flex;height:1rem;background:var(--ground);border-radius:5px;overflow:hidden}
        .bar i,.meter i{display:block;background:var(--tone)}.bar i+i{border-left:1px solid var(--card)}
        .meter{margin:.6rem 0 .4rem}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:0 2.5rem}
        .findings li{display:grid;grid-template-columns:6.2rem 10.5rem minmax(0,1fr) minmax(0,1.4fr);gap:.1rem 1rem;padding:.4rem 0;\
        border-top:1px solid var(--line);overflow-wrap:anywhere;font-size:.95rem}
        .pill{white-space:nowrap;font-size:.93em}
        .flag{display:inline-block;border:1px solid var(--tone,var(--line));border-radius:1em;padding:0 .55em;color:var(--ink)}
        details{border-top:1px solid var(--line)}details:first-of-type{border-top:0}
        summary{cursor:pointer;overflow-wrap:anywhere;padding:.55rem 0}summary small{white-space:nowrap}details[open]{padding-bottom:.6rem}
        @media (max-width:46rem){header{padding-top:1.2rem}h1{font-size:1.45rem}section{padding:.9rem .9rem}
        .tiles{grid-template-columns:repeat(3,1fr);gap:.5rem;padding:0}.tile{padding:.35rem .6rem}.tile b{font-size:1.4rem}
        .tile:last-child{grid-column:1/-1}nav a,summary{padding:.4rem 0}
        .bars li,.bars.slim li{grid-template-columns:1fr auto;column-gap:.7rem;row-gap:.15rem;\
        grid-template-areas:"name name" "bar count" "words words"}.bars .count{align-self:center;min-width:2.4rem;text-align:right}
        .findings li{grid-template-columns:6rem 1fr}.findings .what,.findings .title{grid-column:1/-1}}
        @media print{body{background:#fff}nav{display:none}section{break-inside:avoid;border:0;padding:.5rem 0}}
        """
}
