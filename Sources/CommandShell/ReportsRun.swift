// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import Essentials
import KubernetesModel

/// `watchbill reports`.
package enum ReportsRun {
    package enum Form: Sendable {
        case table(isWide: Bool)
        case structured(StructuredOutput)
        case sarif
        /// One page for a browser, to this file; `-` is standard output.
        case page(file: String)
    }

    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - server: the cluster, as the page names it.
    ///   - program: this program's version.
    package static func run(
        _ reader: ClusterReader, in namespace: String?, _ query: ReportQuery, as form: Form, server: String,
        program: String, at now: Timestamp, to output: Output
    ) async throws(CommandFailure) -> CommandStatus {
        let (reports, unreadable) = try await reader.reports(in: namespace)
        if let first = unreadable.first {
            output.note(
                "note: \(Plural.of(unreadable.count, "report")) cannot be read, among them \(first); what is in them is left out"
            )
        }
        let selection = ReportSelection(reports, query)
        switch form {
        case .structured(let structured): output.write(structured.text(selection.json))
        case .sarif: output.write(StructuredOutput.json.text(SarifLog(selection, program: program).json))
        case .page(let file):
            let place = namespace.map { "namespace \($0) of \(server)" } ?? server
            try write(ReportPage(selection, source: place, at: now).text, to: file, output)
        case .table(let isWide):
            if selection.isEmpty {
                output.note(nothing(query, reports.isEmpty, namespace))
            } else {
                let table = selection.table(showsNamespace: namespace == nil, isWide: isWide, at: now)
                output.write(table.text(isColoured: output.isColoured))
            }
        }
        return verdict(selection, unreadable, output)
    }

    /// Where lists were cut, "none has it" cannot be said.
    private static func verdict(
        _ selection: ReportSelection, _ unreadable: [ObjectKey], _ output: Output
    ) -> CommandStatus {
        if let first = selection.undecided.first {
            output.note(
                "note: of \(Plural.of(selection.undecided.count, "report")) not all findings are listed, among them \(first); what is not listed may be there too"
            )
        }
        let isUnsure = !selection.query.vulnerabilities.isEmpty && !(selection.undecided + unreadable).isEmpty
        return selection.isEmpty && isUnsure ? .undecidable : .done
    }

    private static func nothing(_ query: ReportQuery, _ isEmpty: Bool, _ namespace: String?) -> String {
        if isEmpty { return nothing("reports", namespace) }
        let place = namespace.map { "in namespace \($0)" } ?? "in any namespace"
        guard !query.vulnerabilities.isEmpty else { return "No image \(place) has anything that an update would fix." }
        let kind = query.isFixableOnly ? " with a fix" : ""
        return "No image \(place) has \(query.vulnerabilities.joined(separator: " or "))\(kind)."
    }

    /// What kubectl says of an empty list.
    static func nothing(_ what: String, _ namespace: String?) -> String {
        namespace.map { "No \(what) found in namespace \($0); -A looks in all." } ?? "No \(what) found."
    }

    private static func write(_ text: String, to file: String, _ output: Output) throws(CommandFailure) {
        if file == "-" { return output.write(text) }
        try CommandFile.write(Array(text.utf8), to: file)
        output.note("wrote \(file)")
    }
}
