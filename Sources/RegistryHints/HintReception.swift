// SPDX-License-Identifier: Apache-2.0
import Essentials
import Planning

/// What a request to `/hints/…` comes to.
package enum HintReception: Equatable, Sendable {
    case accepted([HintedRepository])
    case refused(Refusal)

    /// Why it tells nothing; the raw value is what metrics say.
    package enum Refusal: String, Sendable, CaseIterable {
        case unauthorized = "Unauthorized"
        case invalid = "Invalid"
        case tooMany = "TooMany"
        case notLeading = "NotLeading"
    }

    /// - Parameters:
    ///   - isAdmitted: false for one request too many.
    ///   - isLeading: whether this replica is the one that asks registries.
    package init(_ request: HintRequest, _ secret: HintSecret, isAdmitted: Bool, isLeading: Bool) {
        guard isAdmitted else {
            self = .refused(.tooMany)
            return
        }
        guard request.isAuthentic(secret) else {
            self = .refused(.unauthorized)
            return
        }
        guard let repositories = HintReading.repositories(request.body, from: request.provider) else {
            self = .refused(.invalid)
            return
        }
        self = isLeading ? .accepted(repositories) : .refused(.notLeading)
    }

    /// Status code and text; it does not say whether anybody watches what was named.
    package var answer: (status: Int, text: String) {
        switch self {
        case .accepted: (202, "accepted\n")
        case .refused(.unauthorized): (401, "the secret is missing or another one\n")
        case .refused(.invalid): (400, "the body is not what this sender sends\n")
        case .refused(.tooMany): (429, "too many requests\n")
        case .refused(.notLeading): (503, "another replica asks registries; send it again\n")
        }
    }

    /// For metrics.
    package var outcome: String {
        switch self {
        case .accepted: "Accepted"
        case .refused(let refusal): refusal.rawValue
        }
    }
}
