// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import FactSources
import Logging
import OCIModel

/// What every worker of the node shares.
struct NodeTools: Sendable {
    let settings: NodeSettings
    let clock: any RuntimeClock
    let logger: Logger
    let writer: NodeWriter
    let objects: ObjectReader
    let secrets: SecretReader
    let images: ImageCache
    let registries: Registries
    let tools: ToolRun
    let platform: Platform
}
