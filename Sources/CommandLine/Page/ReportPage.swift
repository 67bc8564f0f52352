// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import ScanPolicyController

/// `reports --html`: one self-contained page. It asks nobody for anything, and its policy forbids it to.
package struct ReportPage: Sendable {
    private let selection: ReportSelection
    private let source: String
    private let now: Timestamp

    /// - Parameter source: the cluster that the reports are from, for people.
    package init(_ selection: ReportSelection, source: String, at now: Timestamp) {
        self.selection = selection
        self.source = source
        self.now = now
    }

    package var text: String {
        let figures = PageFigures(selection, at: now)
        let parts: [HTMLText] = [
            head(figures), Self.tiles(figures), Self.images(figures), Self.packages(figures), Self.updates(figures),
            Self.ages(figures), Self.details(figures), foot(figures),
        ]
        return HTMLText(parts).text
    }

    private func head(_ figures: PageFigures) -> HTMLText {
        let findings: HTMLText = figures.packages.isEmpty ? "" : "<a href=\"#findings\">Findings</a>"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="referrer" content="no-referrer">
            <title>What is in the images of \(source)</title>
            <style>\(PageStyle.sheet)</style>
            </head>
            <body>
            <header>
            <h1>What is in the images</h1>
            <p class="note">\(source) · \(Plural.of(figures.images.count, "image")) in \
            \(Plural.of(figures.namespaces.count, "namespace")) · \(now.rfc3339)</p>
            \(Self.lead(figures))<nav aria-label="On this page"><a href="#images">Images</a><a href="#packages">Packages</a>\
            <a href="#updates">Updates</a><a href="#ages">Age</a>\(findings)</nav>
            </header>
            <main>

            """
    }

    /// What somebody with little time should know.
    private static func lead(_ figures: PageFigures) -> HTMLText {
        var sentences: [String] = []
        if figures.total > 0 {
            let holders = Plural.of(figures.images.count, "image")
            let critical = Plural.of(
                figures.totals[.critical] ?? 0, "critical vulnerability", "critical vulnerabilities")
            sentences.append(
                figures.critical == 0
                    ? "No image has a critical vulnerability."
                    : "\(figures.critical) of \(holders) \(Plural.verb(figures.critical, "has", "have")) \(critical).")
            sentences.append(
                "An update that exists would end \(figures.fixable) of \(Plural.of(figures.total, "vulnerability", "vulnerabilities"))."
            )
        }
        if figures.secrets > 0 {
            sentences.append(
                "\(Plural.of(figures.secrets, "secret")) \(Plural.verb(figures.secrets, "lies", "lie")) in images.")
        }
        return sentences.isEmpty ? "" : "<p class=\"lead\">\(sentences.joined(separator: " "))</p>\n"
    }

    private static func tiles(_ figures: PageFigures) -> HTMLText {
        let severities = SeverityName.allCases.reversed().map { severity -> HTMLText in
            tile(severity.rawValue, figures.totals[severity] ?? 0, "s-" + severity.memberName)
        }
        return """
            <section class="tiles" aria-label="Totals">
            \(severities)\(tile("Secrets", figures.secrets, "s-secrets"))\(tile("Fixable", figures.fixable, "s-fixable"))
            </section>

            """
    }

    private static func tile(_ name: String, _ count: Int, _ style: String) -> HTMLText {
        "<div class=\"tile \(style)\(count == 0 ? " none" : "")\"><b>\(count)</b><span>\(name)</span></div>\n"
    }

    private func foot(_ figures: PageFigures) -> HTMLText {
        let cut: HTMLText =
            figures.incomplete == 0
            ? ""
            : """
            <p>The reports of \(Plural.of(figures.incomplete, "image")) count more than they list: totals are complete, \
            packages and ages miss the mildest.</p>
            """
        return """
            </main>
            <footer>
            \(cut)<p>Every image counts once, whatever the number of its namespaces. Written by watchbill reports --html.</p>
            </footer>
            </body>
            </html>

            """
    }
}
