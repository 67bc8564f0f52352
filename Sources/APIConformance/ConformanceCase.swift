// SPDX-License-Identifier: Apache-2.0
import Essentials

/// One thing that every Kubernetes API server does, checked over any transport.
///
/// The embedded server and a real kube-apiserver run the very same cases; where one fails on the real server, the case
/// is wrong, and where it fails on the embedded one, the server is.
package struct ConformanceCase: Sendable, CustomStringConvertible {
    package let name: String
    /// The first minor version of Kubernetes 1 that behaves so.
    package let since: Int
    let body: @Sendable (ConformanceRun) async throws -> Void

    init(_ name: String, since: Int = 20, _ body: @escaping @Sendable (ConformanceRun) async throws -> Void) {
        self.name = name
        self.since = since
        self.body = body
    }

    package var description: String { name }

    /// What operators use.
    package static var basic: [ConformanceCase] {
        objectCases + patchCases + applyCases + listCases + watchCases + deleteCases + customCases
    }

    /// With what only kubectl uses.
    package static var all: [ConformanceCase] { basic + kubectlCases }

    /// Runs the case in a namespace of its own; throws `ConformanceFailure` at the first thing that is not so.
    package func run(_ run: ConformanceRun) async throws {
        try await run.createNamespace()
        do {
            try await body(run)
        } catch {
            try await run.deleteNamespace()
            throw error
        }
        try await run.deleteNamespace()
    }
}

/// What a server did that it should not have done.
package struct ConformanceFailure: Error, CustomStringConvertible {
    package let message: String

    package var description: String { message }
}
