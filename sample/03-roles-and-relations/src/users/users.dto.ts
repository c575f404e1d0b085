import { Expose, Type } from 'class-transformer';
import { RoleReadDto, UserReadDto } from 'nestjs-users';

/** A user with their roles, wherever these were loaded. */
export class AppUserReadDto extends UserReadDto {
  @Expose()
  @Type(() => RoleReadDto)
  roles!: RoleReadDto[];
}
