// OpenAPI: describeUsers(app, builder), with @nestjs/swagger
export { describeUsers } from './openapi/describe-users.js';
