// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import Essentials

/// How results are to be printed.
package enum ResultFormat: String, CaseIterable, Sendable {
    case table
    case wide
    case json
    case yaml

    package var structured: StructuredOutput? {
        switch self {
        case .table, .wide: nil
        case .json: .json
        case .yaml: .yaml
        }
    }
}

/// `watchbill status`.
package enum StatusRun {
    /// - Parameter namespace: nil for all.
    package static func run(
        _ reader: ClusterReader, in namespace: String?, as format: ResultFormat, at now: Timestamp, to output: Output
    ) async throws(CommandFailure) -> CommandStatus {
        var standings: [ObjectStanding] = []
        var failures: [CommandFailure] = []
        for definition in CustomResourceDefinition.all {
            do throws(CommandFailure) {
                standings += try await reader.objects(of: definition, in: namespace).map {
                    ObjectStanding($0, of: definition)
                }
            } catch {
                // Without an answer there is none for the other kinds either.
                if error.code == .undecidable { throw error }
                failures.append(error)
            }
        }
        if failures.count == CustomResourceDefinition.all.count, let first = failures.first { throw first }
        for failure in failures { output.note("note: \(failure.what), \(failure.place); \(failure.remedy)") }
        let page = StatusPage(standings)
        if let structured = format.structured {
            output.write(structured.text(page.json))
        } else if page.isEmpty {
            output.note(ReportsRun.nothing("objects of Watchbill's", namespace))
        } else {
            let table = page.table(showsNamespace: namespace == nil, isWide: format == .wide, at: now)
            output.write(table.text(isColoured: output.isColoured))
        }
        return .done
    }
}
