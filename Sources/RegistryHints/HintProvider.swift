// SPDX-License-Identifier: Apache-2.0

/// Who tells that a repository may have changed, by the name that stands behind `/hints/`.
package enum HintProvider: String, Sendable, CaseIterable {
    /// Notifications of CNCF Distribution, the plain `registry` image.
    case distribution
    /// The webhook event `package` (or `registry_package`) of GitHub, for ghcr.io.
    case github
    case dockerhub
    case harbor
    case quay

    /// How a sender shows that it knows the secret: what each of them can send.
    package enum Proof: Sendable {
        /// `Authorization`, the secret alone or behind `Bearer`.
        case header
        /// `X-Hub-Signature-256`: the body's HMAC-SHA-256.
        case signature
        /// `?token=` in the address, because it sends no header of ours; the header is taken too.
        case query
    }

    package var proof: Proof {
        switch self {
        case .distribution, .harbor: .header
        case .github: .signature
        case .dockerhub, .quay: .query
        }
    }
}
