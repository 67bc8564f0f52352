// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import ScanPolicyController

extension ReportPage {
    private static let imageLimit = 40
    private static let packageLimit = 12
    private static let detailLimit = 100

    /// A bar for each image, its parts as long as the counts.
    static func images(_ figures: PageFigures) -> HTMLText {
        let shown = figures.images.prefix(imageLimit)
        let largest = shown.map(\.total).max() ?? 0
        let rows = shown.map { image -> HTMLText in
            let report = image.entry.report
            let place = ([report.image.platform.description] + image.namespaces).joined(separator: " · ")
            let ended: HTMLText =
                report.image.osEndOfLife == true
                ? " <span class=\"flag\">\(report.image.os ?? "its system") gets no updates any more</span>" : ""
            let secrets: HTMLText =
                report.summary.secrets > 0
                ? " <span class=\"flag s-secrets\">\(Plural.of(report.summary.secrets, "secret"))</span>" : ""
            return row(
                name: .breakable(image.shortReference), note: "\(place)\(secrets)\(ended)",
                report.summary.vulnerabilities, of: largest)
        }
        return section(
            "Severity over images", id: "images",
            note: "The worst first; the number is all vulnerabilities of the image.",
            rows.isEmpty
                ? "<p>There are no reports.</p>\n"
                : "\(legend)\(list(rows))\(rest(figures.images.count, imageLimit, "image"))")
    }

    static func packages(_ figures: PageFigures) -> HTMLText {
        let shown = figures.packages.prefix(packageLimit)
        let largest = shown.map(\.total).max() ?? 0
        let rows = shown.map { package in
            row(
                name: "<code>\(package.name)</code> <span class=\"version\">\(package.installed)</span>",
                note: "in \(Plural.of(package.images.count, "image"))", package.counts, of: largest)
        }
        return section(
            "Worst packages", id: "packages", note: "Over all images; a package in two versions stands twice.",
            rows.isEmpty
                ? "<p>No vulnerability is listed.</p>\n"
                : "\(legend)\(list(rows))\(rest(figures.packages.count, packageLimit, "package"))")
    }

    static func updates(_ figures: PageFigures) -> HTMLText {
        let shown = figures.updates.prefix(packageLimit)
        let largest = shown.map(\.fixable).max() ?? 0
        let rows = shown.map { package in
            row(
                name: """
                    <code>\(package.name)</code> <span class="version">\(package.installed)</span> → \(fixes(of: package))
                    """,
                note: "in \(Plural.of(package.images.count, "image"))", package.fixableCounts, of: largest)
        }
        let share = figures.fixableShare
        let meter: HTMLText = """
            <div class="meter" aria-hidden="true"><i class="s-fixable" style="width:\(share)%"></i></div>
            <p><b>\(figures.fixable)</b> of \(Plural.of(figures.total, "vulnerability", "vulnerabilities")) (\(share) %) end with an update that exists.</p>

            """
        return section(
            "What an update would fix", id: "updates",
            note: "The update that ends most comes first; the number is what it ends.",
            rows.isEmpty
                ? (figures.total == 0 ? "<p>Nothing to fix.</p>\n" : meter)
                : "\(meter)\(list(rows))\(rest(figures.updates.count, packageLimit, "update"))")
    }

    static func ages(_ figures: PageFigures) -> HTMLText {
        section(
            "Age of findings", id: "ages",
            note: "By the year in the CVE's number, and by how long the image has had a report.",
            """
            \(legend)<div class="pair"><div><h3>Year of the CVE</h3>\(buckets(figures.years))</div>
            <div><h3>Known here for</h3>\(buckets(figures.known))</div></div>

            """)
    }

    /// Every image with its findings, folded away.
    static func details(_ figures: PageFigures) -> HTMLText {
        let parts = figures.images.prefix(imageLimit).filter { !$0.entry.findings.isEmpty }.map { image -> HTMLText in
            let (entry, report) = (image.entry, image.entry.report)
            let rows = entry.findings.prefix(detailLimit).map { finding($0, title: entry.title(of: $0) ?? "") }
            return """
                <details><summary>\(HTMLText.breakable(image.shortReference)) \
                <small>\(Plural.of(image.total, "vulnerability", "vulnerabilities"))</small></summary>
                <p class="note">\(report.image.digest.description)<br>\(report.image.os ?? "no operating system known") · \
                scanned \(report.scanTime.rfc3339) · used by \(entry.users(limit: 5))</p>
                <ul class="findings" role="list">
                \(rows)</ul>
                \(rest(entry.findings.count, detailLimit, "finding"))</details>

                """
        }
        return parts.isEmpty
            ? ""
            : section(
                "Findings by image", id: "findings",
                note: "The worst image first; each opens by a click or by the Enter key.", "\(parts)")
    }

    private static func finding(_ finding: FindingRecord, title: String) -> HTMLText {
        let fix: HTMLText =
            finding.fixed.map { " → \($0)" } ?? "<span class=\"version\">, no fix yet</span>"
        return """
            <li><span class="pill s-\(finding.severity.memberName)"><i></i>\(finding.severity.rawValue)</span>\
            <code>\(finding.id)</code><span class="what"><code>\(finding.package)</code> \
            <span class="version">\(finding.installed)</span>\(fix)</span><span class="title">\(title)</span></li>

            """
    }

    // MARK: Parts

    private static func section(_ title: String, id: String, note: String, _ body: HTMLText) -> HTMLText {
        """
        <section id="\(id)" aria-labelledby="\(id)-title">
        <h2 id="\(id)-title">\(title)</h2>
        <p class="note">\(note)</p>
        \(body)</section>


        """
    }

    private static var legend: HTMLText {
        let parts = SeverityName.allCases.reversed().map { severity -> HTMLText in
            "<span><i class=\"s-\(severity.memberName)\"></i>\(severity.rawValue)</span>"
        }
        return "<p class=\"legend\" aria-hidden=\"true\">\(parts)</p>\n"
    }

    private static func list(_ rows: [HTMLText]) -> HTMLText {
        "<ol class=\"bars\" role=\"list\">\n\(rows)</ol>\n"
    }

    private static func row(
        name: HTMLText, note: HTMLText?, _ counts: [SeverityName: Int], of largest: Int
    ) -> HTMLText {
        let total = counts.values.reduce(0, +)
        let words = SeverityName.allCases.reversed().filter { (counts[$0] ?? 0) > 0 }
            .map { "\(counts[$0] ?? 0)\u{A0}\($0.memberName)" }.joined(separator: ", ")
        let note: HTMLText = note.map { "<small>\($0)</small>" } ?? ""
        return """
            <li><span class="name">\(name)\(note)</span>\(bar(counts, of: largest))\
            <b class="count">\(total)</b><small class="words">\(words.isEmpty ? "no vulnerability" : words)</small></li>

            """
    }

    private static func buckets(_ buckets: [PageFigures.Bucket]) -> HTMLText {
        let largest = buckets.map(\.total).max() ?? 0
        if largest == 0 { return "<p>No vulnerability.</p>" }
        let rows = buckets.map { row(name: "\($0.name)", note: nil, $0.counts, of: largest) }
        return "<ol class=\"bars slim\" role=\"list\">\n\(rows)</ol>"
    }

    private static func bar(_ counts: [SeverityName: Int], of largest: Int) -> HTMLText {
        let parts = SeverityName.allCases.reversed().compactMap { severity -> HTMLText? in
            guard let count = counts[severity], count > 0, largest > 0 else { return nil }
            // Tenths of a percent; what is there is never invisible.
            let share = max(8, count * 1_000 / largest)
            return "<i class=\"s-\(severity.memberName)\" style=\"width:\(share / 10).\(share % 10)%\"></i>"
        }
        return "<span class=\"bar\" aria-hidden=\"true\">\(parts)</span>"
    }

    private static func fixes(of package: PageFigures.Package) -> String {
        let fixes = package.fixes.sorted()
        return fixes.prefix(3).joined(separator: ", ") + (fixes.count > 3 ? " and \(fixes.count - 3) more" : "")
    }

    private static func rest(_ count: Int, _ limit: Int, _ thing: String) -> HTMLText {
        count > limit
            ? "<p class=\"note\">and \(Plural.of(count - limit, "more \(thing)", "more \(thing)s"))</p>\n" : ""
    }
}

extension PageFigures.Image {
    var total: Int { entry.report.summary.vulnerabilities.values.reduce(0, +) }

    /// A digest in the name is cut; the details have it in full.
    var shortReference: String {
        let text = entry.report.image.reference
        guard let start = text.firstRange(of: "@sha256:"), text[start.upperBound...].count > 12 else { return text }
        return text[..<start.upperBound] + text[start.upperBound...].prefix(12) + "…"
    }
}
