// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel
import Planning

/// Which digest does the vulnerability database have now that a run is due? Every run asks anew; runs that are due at the
/// same time share the answer.
package struct DatabaseDigest: DigestQuestion {
    package static let name = "database-digest"
    /// What a run was pinned to stands in the policies' status.
    package static let isKept = false
    package static let maximumAge = Duration.seconds(86_400)
    package var reference: ImageReference
    package var runTime: Timestamp
    /// The token that asked for the run, if one did.
    package var token: String?

    package init(_ reference: ImageReference, runTime: Timestamp, token: String? = nil) {
        self.reference = reference
        self.runTime = runTime
        self.token = token
    }
}
