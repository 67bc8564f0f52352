// SPDX-License-Identifier: Apache-2.0

/// What a path answers: status code, content type, text.
package struct ProbeAnswer: Equatable, Sendable {
    package var status: Int
    package var contentType: String
    package var text: String

    package init(_ status: Int, _ text: String, contentType: String = "text/plain; charset=utf-8") {
        self.status = status
        self.contentType = contentType
        self.text = text
    }

    /// A metrics page in Prometheus' text format.
    package static func metrics(_ text: String) -> ProbeAnswer {
        ProbeAnswer(200, text, contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
}
